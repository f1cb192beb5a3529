/**
 * A replica that is nothing but a limiter, of the built package. Says `ready` once it sees as many replicas as it is told
 * to wait for; on SIGUSR2 it asks for all its admissions, at once or `batch` by batch every 10 ms, and prints what became of
 * them, and holds them. On SIGTERM it takes its leave of the others.
 */
import { createRedisLimiter } from '../../dist/index.js';

const { limiter: options, replicas, admission, count, settled, batch = count } = JSON.parse(process.argv[2] ?? '{}');
const limiter = createRedisLimiter(options);

process.on('SIGUSR2', async () => {
  const startedAt = performance.now();
  const asked = [];
  let atOnce = 0;
  for (let left = count; left > 0; left -= batch) {
    for (let i = 0; i < Math.min(batch, left); i += 1) {
      const answer = limiter.admit(admission);
      if (!(answer instanceof Promise)) atOnce += 1;
      asked.push(answer);
    }
    if (left > batch) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const verdicts = await Promise.all(asked);
  const slowestMs = Math.round(performance.now() - startedAt);
  const admitted = verdicts.filter(({ type }) => type === 'admitted');
  // As a gateway does with a request whose client has gone.
  await Promise.all(admitted.slice(0, settled).map(({ grant }) => grant.settle(undefined)));
  const outcome = { admitted: admitted.length, isAlone: limiter.isAlone, slowestMs, atOnce };
  process.stdout.write(`outcome ${JSON.stringify(outcome)}\n`);
});

process.on('SIGTERM', async () => {
  await limiter.close();
  process.exit();
});

while (limiter.isAlone || limiter.replicas < replicas) await new Promise((resolve) => setTimeout(resolve, 10));
process.stdout.write('ready\n');
