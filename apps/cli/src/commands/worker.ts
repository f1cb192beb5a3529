import { Command } from 'commander';

import { runInProcesses, withProcesses, type ProcessFlags } from '../processes/run-in-processes.js';

export function workerCommand(): Command {
  const command = new Command('worker')
    .description('run one provider-worker, for containers; configured by environment variables (.env.example)')
    .addHelpText(
      'after',
      `
Examples:
  REDIS_URL=redis://redis:6379 SWITCHYARD_WIRE_TOKEN=... \\
  SWITCHYARD_MASTER_KEY=k1:$(openssl rand -base64 32) switchyard worker
  switchyard worker --processes 4         # at the wire's port and the three behind it: gateways need
                                          # SWITCHYARD_WORKERS=worker:8318-8321`,
    );
  return withProcesses(command).action((flags: ProcessFlags) =>
    runInProcesses('worker', flags, async (place) => {
      const { runWorker } = await import('../services/run-worker.js');
      await runWorker(place);
    }),
  );
}
