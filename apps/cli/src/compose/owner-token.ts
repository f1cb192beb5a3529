import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { GatewayError } from '@switchyard/canonical';
import type { Environment } from '@switchyard/config';

/**
 * The owner's token: from the environment, or where a standalone put it.
 *
 * @throws GatewayError `invalid_configuration` where there is neither.
 */
export async function ownerToken({
  ownerToken: given,
  dataDir,
}: Pick<Environment, 'ownerToken' | 'dataDir'>): Promise<string> {
  if (given !== undefined) return given;
  const path = join(dataDir, 'owner-token');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new GatewayError(
      'invalid_configuration',
      `no owner token: set SWITCHYARD_OWNER_TOKEN, or run where ${path} is`,
      { cause },
    );
  }
}
