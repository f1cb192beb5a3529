import { createRequire } from 'node:module';

const testkitRequire = createRequire(new URL('../../packages/testkit/package.json', import.meta.url));

/**
 * Deletes the keys that tests left on a Redis that is not ours.
 *
 * @param {string} url
 * @param {readonly string[]} keyPrefixes
 */
export async function dropKeyspace(url, keyPrefixes) {
  const { Redis } = testkitRequire('ioredis');
  const redis = new Redis(url);
  try {
    for (const keyPrefix of keyPrefixes) {
      for await (const keys of redis.scanStream({ match: `${keyPrefix}*`, count: 1000 })) {
        if (keys.length > 0) await redis.unlink(...keys);
      }
    }
  } finally {
    redis.disconnect();
  }
}
