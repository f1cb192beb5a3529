import { Command } from 'commander';

export function workerCommand(): Command {
  return new Command('worker')
    .description('run one provider-worker, for containers; configured by environment variables (.env.example)')
    .addHelpText(
      'after',
      `
Example:
  REDIS_URL=redis://redis:6379 SWITCHYARD_WIRE_TOKEN=... \\
  SWITCHYARD_MASTER_KEY=k1:$(openssl rand -base64 32) switchyard worker`,
    )
    .action(async () => {
      const { runWorker } = await import('../services/run-worker.js');
      await runWorker();
    });
}
