import { readFile } from 'node:fs/promises';

import { repositoryFile } from '@switchyard/testkit';

import { ADMIN_VARIABLES } from './start-split.js';

describe('admin as the bench starts it', () => {
  it('has the memory settings that docker-compose.yml gives it', async () => {
    const compose = await readFile(repositoryFile('docker-compose.yml'), 'utf8');
    const admin = compose.split(/^ {2}(?=\w+:$)/mu).find((service) => service.startsWith('admin:')) ?? '';
    const found = Object.fromEntries(
      [...admin.matchAll(/^ +(MALLOC_\w+): "(\w+)"$/gmu)].map(([, name, value]) => [name, value]),
    );
    expect(found).toEqual(ADMIN_VARIABLES);
  });
});
