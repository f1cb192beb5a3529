import { join } from 'node:path';

import type { Environment } from '@switchyard/config';
import {
  createRedisSnapshotStore,
  createSnapshotPull,
  followSnapshot,
  type SnapshotFollower,
  type SnapshotPart,
} from '@switchyard/shared-state';
import type { Logger } from '@switchyard/telemetry';

import type { Closers } from './shutdown.js';

export interface FollowOptions<Part extends SnapshotPart> {
  readonly part: Part;
  readonly environment: Environment;
  readonly wireToken: string;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** Follows a half of the snapshot as a service of its own does: Redis first, admin second, the disk to start from. */
export async function followAsService<Part extends SnapshotPart>(
  options: FollowOptions<Part>,
): Promise<SnapshotFollower<Part>> {
  const { part, environment, wireToken, logger, closers } = options;
  const { redisUrl, adminUrl } = environment;
  const onError = (error: Error): void => logger.warn({ err: error }, 'snapshot: going on with the last good one');
  const store = redisUrl === undefined ? undefined : createRedisSnapshotStore({ url: redisUrl, onError });
  if (store !== undefined) closers.add('redis', () => store.close());
  const follower = await followSnapshot({
    part,
    store,
    pull: adminUrl === undefined ? undefined : createSnapshotPull({ adminUrl, part, wireToken }),
    cacheFile: join(environment.dataDir, `snapshot-${part}.json`),
    onError,
  });
  closers.add('snapshot', () => follower.close());
  return follower;
}
