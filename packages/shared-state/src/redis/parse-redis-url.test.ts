import { parseRedisUrl } from './parse-redis-url.js';

describe('parseRedisUrl', () => {
  it.each(['redis://cache:6379/2', 'rediss://user:secret@cache'])('leaves %s to the client', (url) => {
    expect(parseRedisUrl(url)).toEqual({ type: 'single', url });
  });

  it('reads the nodes of a cluster', () => {
    expect(parseRedisUrl('redis+cluster://a:7000,b,[::1]:7002')).toEqual({
      type: 'cluster',
      seeds: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
        { host: '::1', port: 7002 },
      ],
      isEncrypted: false,
    });
  });

  it('reads name, password and encryption of a cluster', () => {
    expect(parseRedisUrl('rediss+cluster://me:p%40ss:word@a:7000/')).toEqual({
      type: 'cluster',
      seeds: [{ host: 'a', port: 7000 }],
      username: 'me',
      password: 'p@ss:word',
      isEncrypted: true,
    });
    expect(parseRedisUrl('redis+cluster://:secret@a')).toMatchObject({ username: undefined, password: 'secret' });
  });

  it.each(['redis+cluster://', 'redis+cluster://user:hunter2@', 'redis+cluster://user:hunter2@a/0'])(
    'refuses %s without repeating it',
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow('a cluster is written redis+cluster://');
      expect(() => parseRedisUrl(url)).not.toThrow('hunter2');
    },
  );
});
