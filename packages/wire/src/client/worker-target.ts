import { GatewayError } from '@switchyard/canonical';

const DEFAULT_WIRE_PORT = 8318;

/** One entry of the list of workers: an address, or a DNS name behind which there may be many. */
export interface WorkerTarget {
  readonly host: string;
  readonly port: number;
}

// `[::1]:8318`, `10.0.0.1:8318`, `workers.svc`
const TARGET = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^\s:[\]]+))(?::(?<port>\d{1,5}))?$/;

/** Reads `host:port,host:port`. The port may be left out. Throws `invalid_configuration`. */
export function parseWorkerTargets(workers: string): readonly WorkerTarget[] {
  const targets = workers
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseTarget);
  if (targets.length > 0) return targets;
  throw new GatewayError('invalid_configuration', 'no worker is named: give a list of host:port, or a DNS name');
}

function parseTarget(entry: string): WorkerTarget {
  const groups = TARGET.exec(entry)?.groups;
  const host = groups?.['v6'] ?? groups?.['name'];
  const port = Number(groups?.['port'] ?? DEFAULT_WIRE_PORT);
  if (host !== undefined && port > 0 && port <= 65_535) return { host, port };
  throw new GatewayError('invalid_configuration', `"${entry}" is not a worker's address: write host:port`);
}
