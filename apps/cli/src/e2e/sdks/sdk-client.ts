/** How to reach the gateway. */
export interface Address {
  /** Without a path. */
  readonly url: string;
  readonly apiKey: string;
}

/** What a client is to ask. */
export interface Asked {
  readonly model: string;
  readonly system?: string;
  /** A PNG in base64. */
  readonly image?: string;
  /** Whether the answer is to fit ANSWER_SCHEMA. */
  readonly structured?: boolean;
}

/** What a client understood of an answer. */
export interface Told {
  readonly text: string;
  /** Without cached tokens, whichever way the SDK counts. */
  readonly tokens: { readonly input: number; readonly output: number };
  /** In the dialect's own words. */
  readonly finish: string | null | undefined;
  /** The answer as the SDK parsed it by the schema. */
  readonly structured?: unknown;
}

export interface StreamTold extends Told {
  /** The pieces that the text came in. */
  readonly pieces: readonly string[];
}

/** A call of a tool as the client understood it. */
export interface ToldCall {
  readonly name: string | undefined;
  readonly input: unknown;
}

/** What came of a conversation in which the model called the tool. */
export interface Conversation {
  readonly calls: readonly ToldCall[];
  readonly finish: string | null | undefined;
  /** The answer to the results. */
  readonly text: string;
}

/** An official SDK, used the way its documentation says. Each method is a whole exchange with the gateway. */
export interface SdkClient {
  ask(asked: Asked): Promise<Told>;
  stream(asked: Asked): Promise<StreamTold>;
  /** Asks with WEATHER offered, answers each call from WEATHER_OF, and asks again. */
  converse(model: string): Promise<Conversation>;
  /** The same with streams, and the SDK's own accumulation of them. */
  converseStreaming(model: string): Promise<Conversation>;
  /** The tokens that asking would cost, where the SDK can ask for that. */
  count?(asked: Asked): Promise<number | undefined>;
  /** The names of the models, of all pages. */
  models(): Promise<readonly string[]>;
}

/** What a test knows of an SDK. */
export interface Sdk {
  readonly name: string;
  readonly countsTokens: boolean;
  connect(address: Address): SdkClient;
  /** How the dialect says that an answer is finished, and that it calls tools. */
  readonly finish: { readonly text: string; readonly calls: string };
  /** Whether `error` is of the SDK's own class for a status. */
  isError(error: unknown, status: number): boolean;
  /** Whether `error` is what the SDK throws when a stream says that it broke. */
  isStreamError(error: unknown): boolean;
}

export const QUESTION = 'How is the weather?';

export const WEATHER = {
  name: 'weather',
  description: 'The weather of a city',
  schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const } },
    required: ['city'],
    additionalProperties: false as const,
  },
};

/** What the tool answers, by city. */
export const WEATHER_OF: Readonly<Record<string, string>> = { Oslo: 'rain', Bergen: 'sun' };

export const ANSWER_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const }, degrees: { type: 'integer' as const } },
  required: ['city', 'degrees'] as const,
  additionalProperties: false as const,
};

/** The tool, run with the input of a call. */
export function weatherOf(input: unknown): string {
  const city = typeof input === 'object' && input !== null && 'city' in input ? String(input.city) : '';
  return WEATHER_OF[city] ?? 'unknown';
}

/** Everything that an iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
