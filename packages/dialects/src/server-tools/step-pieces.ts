import type { ServerToolStep, UserLocation } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { compact } from '../json/json-object.js';
import { objectOf, wordOf } from '../json/read-json.js';

/** What is asked, wherever dialects say it alike; undefined for what is no such location. */
export function decodeLocation(value: unknown): UserLocation | undefined {
  const { city, region, country, timezone } = objectOf(value);
  const location = compact({
    city: wordOf(city),
    region: wordOf(region),
    country: wordOf(country),
    timezone: wordOf(timezone),
  });
  return Object.keys(location).length === 0 ? undefined : location;
}

/** Domains as a list that says something. */
export function decodeDomains(value: unknown): readonly string[] | undefined {
  const parsed = z.array(z.string()).min(1).safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The steps that each tell one thing: a dialect may search for one query at a time only. */
export function onePerQuery(step: ServerToolStep): readonly ServerToolStep[] {
  if (step.tool !== 'web-search' || step.call === undefined || step.call.queries.length < 2) return [step];
  const { call, result, ...same } = step;
  const last = call.queries.length - 1;
  return call.queries.map((query, index) => {
    return compact({ ...same, call: { queries: [query] }, result: index === last ? result : undefined });
  });
}

/** An object where it has fields. */
export function filled(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
