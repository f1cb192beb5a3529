import { readEnvironment } from '@switchyard/config';
import { Command } from 'commander';

import { PURPOSES, required } from '../compose/required.js';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database at DATABASE_URL to this release')
    .option('--json', 'print the applied migrations as JSON')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://user:password@host/switchyard switchyard migrate')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const url = required(readEnvironment().databaseUrl, 'DATABASE_URL', PURPOSES.databaseUrl);
      const { migrate } = await import('@switchyard/database');
      const applied = await migrate({ url });
      if (json === true) console.log(JSON.stringify({ applied }));
      else
        console.log(
          applied.length === 0
            ? 'nothing to do: the database is at this release'
            : `applied:\n  ${applied.join('\n  ')}`,
        );
    });
}
