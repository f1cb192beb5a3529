import { framingOf, parseGeminiPath } from './gemini-path.js';
import { GEMINI_PREFIXES, SURFACES, type Surface } from './surfaces.js';

const SURFACES_BY_PATH: ReadonlyMap<string, Surface> = new Map(SURFACES.map((surface) => [surface.path, surface]));

/** What a POST asks for, by its path and query; undefined for what is not served, or only the router can tell. */
export function surfaceAt(target: string): Surface | undefined {
  const surface = SURFACES_BY_PATH.get(target);
  if (surface !== undefined) return surface;
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  return SURFACES_BY_PATH.get(path) ?? geminiSurfaceAt(path, target);
}

function geminiSurfaceAt(path: string, target: string): Surface | undefined {
  const prefix = GEMINI_PREFIXES.find((start) => path.startsWith(start));
  // What is escaped is the router's to decode.
  if (prefix === undefined || path.includes('%')) return undefined;
  return geminiSurface(target, { prefix, rest: path.slice(prefix.length) });
}

export interface GeminiPath {
  readonly prefix: string;
  /** What follows it, decoded. */
  readonly rest: string;
}

/** What a call of Gemini's asks for; undefined for a method that is not served. */
export function geminiSurface(target: string, { prefix, rest }: GeminiPath): Surface | undefined {
  const call = parseGeminiPath(rest);
  if (call === undefined) return undefined;
  const { operation, method, model, stream } = call;
  const framing = stream ? framingOf(target) : undefined;
  return { path: `${prefix}{model}:${method}`, dialect: 'gemini', operation, outside: { model, stream }, framing };
}
