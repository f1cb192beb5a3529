import type { DialectId } from '@switchyard/canonical';

export const CLIENT_KEY = 'client-key-of-the-tests';

export interface CallOptions {
  readonly model: string;
  /** Whose API is called; `openai-chat` by default. */
  readonly dialect?: DialectId;
  readonly stream?: boolean;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer, read to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a short chat request, and resolves when the answer's headers are here. */
export function openChat(url: string, options: CallOptions): Promise<Response> {
  const isOpenai = options.dialect !== 'anthropic-messages';
  const key = options.key ?? CLIENT_KEY;
  return fetch(`${url}/v1/${isOpenai ? 'chat/completions' : 'messages'}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(isOpenai ? { authorization: `Bearer ${key}` } : { 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
      ...options.headers,
    },
    body: JSON.stringify({
      model: options.model,
      messages: [{ role: 'user', content: 'prompt-text' }],
      ...(isOpenai ? {} : { max_tokens: 100 }),
      ...(options.stream === true ? { stream: true } : {}),
    }),
    signal: options.signal ?? null,
  });
}

/** Sends a short chat request and reads its whole answer. */
export async function chat(url: string, options: CallOptions): Promise<Answered> {
  const response = await openChat(url, options);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The names that `GET /v1/models` lists for a key; none where it is refused. */
export async function listedModels(url: string, key: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) return [];
  const { data }: { data: readonly { readonly id: string }[] } = JSON.parse(await response.text());
  return data.map(({ id }) => id);
}

/** Repeats a look until it finds something, and returns that. */
export async function until<Found>(look: () => Promise<Found | undefined>, timeoutMs = 5_000): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not found within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
