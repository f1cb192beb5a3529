import { Command } from 'commander';

export function adminCommand(): Command {
  return new Command('admin')
    .description('run the admin service, for containers; configured by environment variables (.env.example)')
    .addHelpText(
      'after',
      `
Example:
  DATABASE_URL=postgres://... REDIS_URL=redis://... SWITCHYARD_CONFIG=config.yaml \\
  SWITCHYARD_MASTER_KEY=... SWITCHYARD_KEY_PEPPER=... SWITCHYARD_WIRE_TOKEN=... SWITCHYARD_OWNER_TOKEN=... \\
  switchyard admin`,
    )
    .action(async () => {
      const { runAdmin } = await import('../services/run-admin.js');
      await runAdmin();
    });
}
