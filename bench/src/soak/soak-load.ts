import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

import { requestBody, requestPath } from '../request-body.js';
import type { Subject } from '../subjects/subject.js';
import { formatFault } from '../upstream/faults.js';
import { MIX, planRequest, type Lanes } from './soak-plan.js';
import { SoakTally } from './soak-outcome.js';
import { sendSoaking, type SoakRequest } from './soak-request.js';

/** The mixed load, for as long as it runs. */
export interface SoakLoad {
  readonly tally: SoakTally;
  /** Begins no more requests, and resolves when the last is answered and every connection is closed. */
  stop(): Promise<void>;
}

const CONNECTIONS = 64;
// Longer than the deadlines of the gateway: an answer that takes so long is its fault.
const ANSWER_WITHIN_MS = 30_000;

export function startSoakLoad(subject: Subject): SoakLoad {
  const pool = new Pool(subject.url, {
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  });
  const tally = new SoakTally();
  const stopping = new AbortController();
  let sent = 0;
  const lane = async (lanes: Lanes, prepare: (id: string) => SoakRequest): Promise<void> => {
    while (!stopping.signal.aborted) {
      sent += 1;
      const request = prepare(`r${sent}`);
      tally.add(request.plan, await sendSoaking(pool, request));
      await sleep(lanes.pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = MIX.flatMap((lanes) => {
    const prepare = prepareFor(subject, lanes);
    return Array.from({ length: lanes.clients }, () => lane(lanes, prepare));
  });
  return {
    tally,
    async stop() {
      stopping.abort();
      await Promise.all(running);
      await pool.close();
    },
  };
}

const PLACE = 'nobody has ever asked the dog about it';

function prepareFor(subject: Subject, lanes: Lanes): (id: string) => SoakRequest {
  const body = requestBody(lanes.request, subject.models[0] ?? '');
  // The last turn is long enough to take the mark in its midst.
  const at = body.lastIndexOf(PLACE);
  const [before, after] = [body.slice(0, at), body.slice(at)];
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${subject.keys[0]}`,
    ...subject.headers,
  };
  return (id) => {
    const plan = planRequest(lanes, Math.random);
    const mark = plan.fault === undefined ? '' : formatFault(plan.fault, id);
    return {
      path: requestPath(lanes.request),
      headers,
      body: `${before}${mark}${after}`,
      streams: lanes.streams,
      plan,
    };
  };
}
