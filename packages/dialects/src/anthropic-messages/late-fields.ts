import type { JsonObject } from '../dialect.js';

/** Fields of a message that a stream tells at its end, beside the stop reason; in canonical form they belong to the choice. */
const DELTA_FIELDS = ['stop_details', 'container'];
const LATE_FIELDS = [...DELTA_FIELDS, 'context_management'];

/** A message's own fields, split by whether a stream would tell them at its start or at its end. */
export function splitLateFields(fields: JsonObject | undefined): {
  readonly early: JsonObject;
  readonly late: JsonObject;
} {
  const entries = Object.entries(fields ?? {});
  return {
    early: Object.fromEntries(entries.filter(([key]) => !LATE_FIELDS.includes(key))),
    late: Object.fromEntries(entries.filter(([key]) => LATE_FIELDS.includes(key))),
  };
}

/** The late fields again, as `message_delta` has them: some within `delta`, the others beside it. */
export function placeLateFields(fields: JsonObject): { readonly inDelta: JsonObject; readonly beside: JsonObject } {
  const entries = Object.entries(fields);
  return {
    inDelta: Object.fromEntries(entries.filter(([key]) => DELTA_FIELDS.includes(key))),
    beside: Object.fromEntries(entries.filter(([key]) => !DELTA_FIELDS.includes(key))),
  };
}
