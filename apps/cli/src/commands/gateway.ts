import { Command } from 'commander';

import { runInProcesses, withProcesses, type ProcessFlags } from '../processes/run-in-processes.js';

export function gatewayCommand(): Command {
  const command = new Command('gateway')
    .description('run one gateway, for containers; configured by environment variables (.env.example)')
    .addHelpText(
      'after',
      `
Examples:
  REDIS_URL=redis://redis:6379 SWITCHYARD_WORKERS=worker:8318 \\
  SWITCHYARD_WIRE_TOKEN=... SWITCHYARD_KEY_PEPPER=... switchyard gateway
  switchyard gateway --processes auto     # one process on each core, behind one port`,
    );
  return withProcesses(command).action((flags: ProcessFlags) =>
    runInProcesses('gateway', flags, async (place) => {
      const { runGateway } = await import('../services/run-gateway.js');
      await runGateway(place);
    }),
  );
}
