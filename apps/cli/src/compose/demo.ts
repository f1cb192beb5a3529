import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { generateKey } from '@switchyard/config';

/** What a first start without a configuration file serves: the simulator, behind a key made here. */
export interface DemoConfiguration {
  readonly text: string;
  readonly filename: string;
  /** Where the key is kept, mode 0600. */
  readonly keyFile: string;
  /** Given on the start that made it, and never again. */
  readonly newKey?: string | undefined;
}

/** The demo configuration of a data folder; its client key is made once. */
export async function demoConfiguration(dataDir: string): Promise<DemoConfiguration> {
  const keyFile = join(dataDir, 'demo-key');
  const isFirst = !(await exists(keyFile));
  if (isFirst) await writeFile(keyFile, `${generateKey()}\n`, { mode: 0o600, flag: 'wx' });
  const key = (await readFile(keyFile, 'utf8')).trim();
  return {
    text: `api-keys:\n  - ${JSON.stringify(key)}\nsimulator: true\n`,
    filename: 'the demo configuration',
    keyFile,
    newKey: isFirst ? key : undefined,
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
