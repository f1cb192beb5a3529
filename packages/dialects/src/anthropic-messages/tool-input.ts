import type { JsonObject } from '../dialect.js';
import { isJsonObject, parseJson } from '../json/json-object.js';

/** A tool's input, and whether the model's own text had to be given up for it. */
export interface ToolInput {
  readonly input: JsonObject;
  readonly approximated: boolean;
}

/** The arguments as the object Anthropic requires. Models sometimes write the object as a JSON string: that is unwrapped. */
export function encodeToolInput(argumentsText: string): ToolInput {
  if (argumentsText.trim() === '') return { input: {}, approximated: false };
  const value = parseJson(argumentsText);
  if (isJsonObject(value)) return { input: value, approximated: false };
  const inner = typeof value === 'string' ? parseJson(value) : undefined;
  return { input: isJsonObject(inner) ? inner : {}, approximated: true };
}
