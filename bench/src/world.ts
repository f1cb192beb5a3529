import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startOtlpCollector } from '@switchyard/testkit';

import { Closing } from './closing.js';
import { startLoadGenerator, type LoadGenerator } from './load/load-generator.js';
import { PROBE_ARGS, probeVariables } from './probe/probe.js';
import { report } from './report/progress.js';
import { startDirect } from './subjects/start-direct.js';
import { startFloor } from './subjects/start-floor.js';
import { startPortkey } from './subjects/start-portkey.js';
import { startSplit, type SplitSubject } from './subjects/start-split.js';
import { startStandalone } from './subjects/start-standalone.js';
import {
  SMALL_SCALE,
  subjectLabel,
  type MissingSubject,
  type Scale,
  type Subject,
  type SubjectId,
  type SubjectName,
  type SubjectOptions,
} from './subjects/subject.js';
import { startUpstream, type Upstream } from './upstream/start-upstream.js';

const STARTERS: Readonly<Record<SubjectName, (options: SubjectOptions) => Promise<Subject | MissingSubject>>> = {
  direct: startDirect,
  floor: startFloor,
  standalone: startStandalone,
  split: startSplit,
  portkey: startPortkey,
};

// As often as Prometheus reads where somebody wants to see something.
const SCRAPE_INTERVAL_MS = 5_000;

export interface StartOptions {
  readonly scale?: Scale;
  /** With the probe in its Node processes. */
  readonly probed?: boolean;
  /** Of gateway and worker, each, in the split shape. */
  readonly processes?: number;
  /** More of Switchyard's configuration, as YAML. */
  readonly configuration?: string;
}

/** Everything a measurement needs around its subjects. */
export interface World {
  readonly upstream: Upstream;
  readonly generator: LoadGenerator;
  readonly signal: AbortSignal;
  /** Where the sockets of probes are. */
  readonly probeFolder: string;
  start(id: SubjectId, options?: StartOptions): Promise<Subject | MissingSubject>;
  startSplit(profile: SubjectId['profile'], options?: StartOptions): Promise<SplitSubject>;
  /** How many traces have been exported so far. */
  traces(): number;
}

/**
 * Starts the upstream, the load generator and a collector, and stops them and every subject in the end.
 *
 * @throws Error also when the upstream got malformed requests.
 */
export async function withWorld<T>(signal: AbortSignal, act: (world: World) => Promise<T>): Promise<T> {
  const closing = new Closing();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
    closing.add(() => rm(folder, { recursive: true, force: true }));
    const upstream = await startUpstream();
    closing.add(() => upstream.close());
    const world = await openWorld({ folder, upstream, signal, closing });
    const result = await act(world);
    if (upstream.complaints() !== '')
      throw new Error(`the upstream got malformed requests:\n${upstream.complaints().slice(0, 2_000)}`);
    return result;
  } finally {
    await closing.close();
  }
}

interface Parts {
  readonly folder: string;
  readonly upstream: Upstream;
  readonly signal: AbortSignal;
  readonly closing: Closing;
}

async function openWorld({ folder, upstream, signal, closing }: Parts): Promise<World> {
  const generator = await startLoadGenerator();
  closing.add(() => generator.close());
  const collector = await startOtlpCollector();
  closing.add(() => collector.close());
  const scraped = new Set<string>();
  const scraping = setInterval(() => scrape(scraped), SCRAPE_INTERVAL_MS);
  closing.add(async () => clearInterval(scraping));

  let started = 0;
  const optionsFor = (
    id: SubjectId,
    { scale = SMALL_SCALE, probed = false, processes = 1, configuration }: StartOptions,
  ): SubjectOptions => {
    signal.throwIfAborted();
    report(`starting ${subjectLabel(id)}`);
    started += 1;
    return {
      upstreamUrl: upstream.url,
      folder: join(folder, `${id.subject}-${started}`),
      profile: id.profile,
      collectorUrl: collector.url,
      scale,
      configuration,
      processes,
      nodeArgs: probed ? PROBE_ARGS : [],
      env: probed ? probeVariables(folder) : {},
      signal,
    };
  };
  const adopt = <S extends Subject>(subject: S): S => {
    closing.add(() => subject.close());
    for (const url of subject.metricsUrls) scraped.add(url);
    return subject;
  };
  return {
    upstream,
    generator,
    signal,
    probeFolder: folder,
    async start(id, options = {}) {
      const subject = await retried(() => STARTERS[id.subject](optionsFor(id, options)));
      return 'missing' in subject ? subject : adopt(subject);
    },
    startSplit: async (profile, options = {}) =>
      adopt(await retried(() => startSplit(optionsFor({ subject: 'split', profile }, options)))),
    traces: () => new Set(collector.spans().map(({ traceId }) => traceId)).size,
  };
}

/** A port that was free may be somebody else's by the time a process listens on it. */
async function retried<T>(start: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (attempts <= 1 || !String(error).includes('EADDRINUSE')) throw error;
    return retried(start, attempts - 1);
  }
}

function scrape(urls: ReadonlySet<string>): void {
  for (const url of urls) {
    // A subject that has been stopped has nothing to tell.
    fetch(url).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  }
}
