/** What clients ask for. A client endpoint is an operation in a dialect. */
export const OPERATIONS = [
  'chat',
  'completions',
  'count-tokens',
  'responses-compact',
  'embeddings',
  'images-generations',
  'images-edits',
  'audio-speech',
  'audio-transcriptions',
  'rerank',
  'moderations',
] as const;

export type Operation = (typeof OPERATIONS)[number];
