import type { Database } from './database.js';
import { advanceVersion, changeConfiguration, currentVersion } from './version.js';

export interface DiscoveredModels {
  readonly credentialId: string;
  readonly names: readonly string[];
  readonly seenAt: Date;
}

export interface Saved {
  readonly changed: boolean;
  readonly version: number;
}

/**
 * Replaces what an upstream listed for a credential; the version grows when the names differ. A credential that was
 * deleted meanwhile is left alone.
 */
export async function saveDiscoveredModels(database: Database, models: DiscoveredModels): Promise<Saved> {
  const { credentialId, seenAt } = models;
  const names = [...new Set(models.names)].toSorted();
  const version = await changeConfiguration(database, async (transaction) => {
    const credential = await transaction.credential.findUnique({
      where: { id: credentialId },
      select: { discovered: { select: { name: true } } },
    });
    if (credential === null) return undefined;
    const before = credential.discovered.map(({ name }) => name).toSorted();
    await transaction.discoveredModel.deleteMany({ where: { credentialId } });
    await transaction.discoveredModel.createMany({ data: names.map((name) => ({ credentialId, name, seenAt })) });
    const isSame = before.length === names.length && before.every((name, index) => name === names[index]);
    return isSame ? undefined : advanceVersion(transaction);
  });
  return { changed: version !== undefined, version: version ?? (await currentVersion(database)) };
}
