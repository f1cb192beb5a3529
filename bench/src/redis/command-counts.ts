import { connectRedisClient } from './redis-client.js';

/** How often each command ran, in its lower-case name. Those that run within scripts count too. */
export type CommandCounts = Readonly<Record<string, number>>;

/** What a server has run so far. */
export async function commandCounts(redisUrl: string): Promise<CommandCounts> {
  const client = await connectRedisClient(redisUrl);
  try {
    return parseCommandStats(String(await client.ask('INFO', 'commandstats')));
  } finally {
    client.close();
  }
}

/** Reads `INFO commandstats`: a line is `cmdstat_evalsha:calls=3,usec=...`, a subcommand's `cmdstat_config|get:...`. */
export function parseCommandStats(info: string): CommandCounts {
  const lines = info.matchAll(/^cmdstat_(?<name>[^:]+):calls=(?<calls>\d+)/gm);
  return Object.fromEntries([...lines].map(({ groups }) => [groups?.['name'] ?? '', Number(groups?.['calls'])]));
}

// What the bench itself asks for between two counts.
const OWN = new Set(['info', 'xinfo|stream']);

/** What ran between two counts, without what did not. */
export function countsBetween(before: CommandCounts, after: CommandCounts): CommandCounts {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, calls]): [string, number] => [name, calls - (before[name] ?? 0)])
      .filter(([name, calls]) => calls > 0 && !OWN.has(name)),
  );
}
