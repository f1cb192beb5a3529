import { connectRedisClient } from './redis-client.js';

/** What commands were sent for. */
export type Purpose = 'limits' | 'usage' | 'health' | 'other';

/** A command that a client sent. What scripts run by themselves is none. */
export interface TracedCommand {
  readonly purpose: Purpose;
  /** In lower case; of a script with the first characters of its digest, `evalsha 3fa9`. */
  readonly command: string;
}

const LAST = 'bench: the last command';

/** Listens to all that a server is sent while `act` runs. It costs the server much: no figure of that time counts. */
export async function traceCommands(redisUrl: string, act: () => Promise<unknown>): Promise<readonly TracedCommand[]> {
  const [listening, asking] = await Promise.all([connectRedisClient(redisUrl), connectRedisClient(redisUrl)]);
  const traced: TracedCommand[] = [];
  const ended = Promise.withResolvers<void>();
  try {
    await listening.monitor((line) => {
      if (line.includes(LAST)) return ended.resolve();
      const command = parseTraceLine(line);
      if (command !== undefined) traced.push(command);
    });
    await act();
    // Heard of behind everything that was sent before it.
    await asking.ask('ECHO', LAST);
    await ended.promise;
    return traced;
  } finally {
    listening.close();
    asking.close();
  }
}

const LINE = /^\d+\.\d+ \[\d+ (?<from>[^\]]+)\] "(?<name>[^"]*)"(?: "(?<first>[^"]*)")?/;
const SCRIPTS = new Set(['eval', 'evalsha', 'fcall']);
const DIGEST_SHOWN = 4;

/** Reads a line of `MONITOR`: `1700000000.1 [0 127.0.0.1:5000] "evalsha" "3fa9..." "2" "key" ...`. */
export function parseTraceLine(line: string): TracedCommand | undefined {
  const { from, name, first = '' } = LINE.exec(line)?.groups ?? {};
  // Where it came from stands in the brackets; for a script's own commands that is `lua`.
  if (name === undefined || from === 'lua') return undefined;
  const command = name.toLowerCase();
  const shown = SCRIPTS.has(command) ? `${command} ${first.slice(0, DIGEST_SHOWN)}` : command;
  return { purpose: purposeOf(line), command: shown };
}

// The first key tells: records of usage may themselves hold any word.
function purposeOf(line: string): Purpose {
  const key = /"[^"]*switchyard:[^"]*"/.exec(line)?.[0] ?? '';
  if (key.includes('switchyard:limits:replicas')) return 'other';
  if (key.includes('switchyard:limits:')) return 'limits';
  if (key.includes('{usage}')) return 'usage';
  return key.includes('switchyard:health') ? 'health' : 'other';
}

/** How many commands of each purpose and kind came for one request: `{ "limits": { "evalsha 3fa9": 1 } }`. */
export function commandsPerRequest(
  traced: readonly TracedCommand[],
  requests: number,
): Readonly<Partial<Record<Purpose, Readonly<Record<string, number>>>>> {
  const grouped = Object.groupBy(traced, ({ purpose }) => purpose);
  return Object.fromEntries(
    Object.entries(grouped).map(([purpose, commands]) => {
      const kinds = Object.groupBy(commands, ({ command }) => command);
      const counts = Object.entries(kinds).map(([command, all = []]) => [command, all.length / requests]);
      return [purpose, Object.fromEntries(counts)];
    }),
  );
}
