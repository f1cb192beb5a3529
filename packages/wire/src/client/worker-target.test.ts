import { parseWorkerTargets } from './worker-target.js';

describe('parseWorkerTargets', () => {
  it('reads a list of addresses and names, with 8318 where no port is given', () => {
    expect(parseWorkerTargets('10.0.0.1:9000, workers.svc ,[::1]:8400,[fd00::2]')).toEqual([
      { host: '10.0.0.1', port: 9000 },
      { host: 'workers.svc', port: 8318 },
      { host: '::1', port: 8400 },
      { host: 'fd00::2', port: 8318 },
    ]);
  });

  it.each(['', ' , ', 'a:b', 'a:0', 'a:70000', '::1:80', 'http://a:80', 'a b'])('refuses %j', (workers) => {
    expect(() => parseWorkerTargets(workers)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }));
  });
});
