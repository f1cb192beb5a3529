/** The requests that the load consists of. */
export type RequestName = 'chat-2k' | 'chat-100k' | 'chat-10m' | 'chat-stream' | 'messages-stream';

const FILLER = 'The quick brown fox jumps over the lazy dog, and nobody has ever asked the dog about it. ';

// The last turn of the conversation makes up the size.
const SIZES: Readonly<Record<RequestName, number>> = {
  'chat-2k': 2_000,
  'chat-100k': 100_000,
  'chat-10m': 10_000_000,
  'chat-stream': 2_000,
  'messages-stream': 2_000,
};

/** Where a request goes. */
export function requestPath(name: RequestName): string {
  return name === 'messages-stream' ? '/v1/messages' : '/v1/chat/completions';
}

/** A request's body as JSON: a system prompt and a short conversation, of the size its name says. */
export function requestBody(name: RequestName, model: string): string {
  const short = bodyOf(name, { model, lastTurn: '' });
  const missing = Math.max(0, SIZES[name] - short.length);
  return bodyOf(name, { model, lastTurn: FILLER.repeat(Math.ceil(missing / FILLER.length)).slice(0, missing) });
}

function bodyOf(name: RequestName, { model, lastTurn }: { readonly model: string; readonly lastTurn: string }): string {
  const system = FILLER.repeat(8);
  const turns = [
    { role: 'user', content: FILLER.repeat(3) },
    { role: 'assistant', content: 'Nobody, indeed.' },
    { role: 'user', content: lastTurn },
  ];
  const rest = { temperature: 0.7, max_tokens: 256, stream: name.endsWith('-stream') };
  return JSON.stringify(
    name === 'messages-stream'
      ? { model, system, messages: turns, ...rest }
      : { model, messages: [{ role: 'system', content: system }, ...turns], ...rest },
  );
}
