import { availableParallelism } from 'node:os';

import { GatewayError } from '@switchyard/canonical';
import { readEnvironment, type Environment } from '@switchyard/config';
import { createLogger } from '@switchyard/telemetry';
import { InvalidArgumentError, Option, type Command } from 'commander';

import { Closers, untilSignal } from '../compose/shutdown.js';
import { ProcessGroup } from './process-group.js';
import type { ProcessPlace } from './process-place.js';
import { serveGroup } from './serve-group.js';

export interface ProcessFlags {
  readonly processes?: number | 'auto';
  /** Set by the first process for those that it starts. */
  readonly place?: number;
}

/** Adds what `runInProcesses` reads. */
export function withProcesses(command: Command): Command {
  return command
    .option('--processes <number>', 'how many processes share the work; auto: one on each core (1)', parseProcesses)
    .addOption(new Option('--place <number>').argParser(Number).hideHelp());
}

/** Runs a service in this process or, where more were asked for, in so many that this one starts and replaces. */
export async function runInProcesses(
  service: 'gateway' | 'worker',
  flags: ProcessFlags,
  run: (place: ProcessPlace) => Promise<void>,
): Promise<void> {
  const environment = readEnvironment();
  const wanted = flags.processes ?? environment.processes;
  const count = wanted === 'auto' ? availableParallelism() : wanted;
  if (flags.place !== undefined || count === 1) return run({ place: flags.place ?? 1, count });
  if (service === 'worker') checkWirePorts(environment.wirePort, count);
  await runGroup(service, environment, count);
}

async function runGroup(service: 'gateway' | 'worker', environment: Environment, count: number): Promise<void> {
  const { host, metricsPort, logLevel } = environment;
  const logger = createLogger({ service, level: logLevel });
  const closers = new Closers(logger);
  const group = new ProcessGroup({ count, logger });
  const stopped = untilSignal(() => group.kill());
  try {
    await Promise.race([group.served, group.ended, stopped]);
    const withMetrics = metricsPort !== 'off';
    // A worker's health endpoints are wanted also without metrics.
    if (!group.isFailed && (withMetrics || service === 'worker')) {
      const served = await serveGroup({ host, port: withMetrics ? metricsPort : 0, group, withMetrics });
      closers.add('endpoints', () => served.close());
      const metrics = withMetrics ? `${served.address}/metrics` : undefined;
      logger.info({ processes: count, health: served.address, metrics }, `${service} runs in ${count} processes`);
    }
    const signal = await Promise.race([stopped, group.ended]);
    if (signal !== undefined) logger.info({ signal }, `${service} stopping: all processes`);
  } finally {
    // The endpoints tell of it to the end.
    group.stop();
    await group.ended;
    await closers.close();
  }
  if (group.isFailed) process.exitCode = 1;
}

function checkWirePorts(wirePort: number, count: number): void {
  if (wirePort !== 0 && wirePort + count - 1 <= 65_535) return;
  throw new GatewayError(
    'invalid_configuration',
    `SWITCHYARD_WIRE_PORT is ${wirePort}: ${count} processes need as many ports, from it on`,
  );
}

function parseProcesses(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const processes = Number(text);
  if (!/^\d{1,3}$/.test(text) || processes < 1 || processes > 256)
    throw new InvalidArgumentError('it is a number from 1 to 256, or auto');
  return processes;
}
