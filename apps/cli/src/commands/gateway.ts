import { Command } from 'commander';

export function gatewayCommand(): Command {
  return new Command('gateway')
    .description('run one gateway, for containers; configured by environment variables (.env.example)')
    .addHelpText(
      'after',
      `
Example:
  REDIS_URL=redis://redis:6379 SWITCHYARD_WORKERS=worker:8318 \\
  SWITCHYARD_WIRE_TOKEN=... SWITCHYARD_KEY_PEPPER=... switchyard gateway`,
    )
    .action(async () => {
      const { runGateway } = await import('../services/run-gateway.js');
      await runGateway();
    });
}
