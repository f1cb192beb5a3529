import {
  ApiError,
  GoogleGenAI,
  type Chat,
  type GenerateContentParameters,
  type GenerateContentResponse,
  type Part,
} from '@google/genai';

import {
  ANSWER_SCHEMA,
  collect,
  QUESTION,
  WEATHER,
  weatherOf,
  type Address,
  type Asked,
  type Conversation,
  type Sdk,
  type SdkClient,
  type StreamTold,
  type Told,
} from './sdk-client.js';

export const GOOGLE_SDK: Sdk = {
  name: '@google/genai',
  countsTokens: true,
  connect: (address) => new GoogleClient(address),
  finish: { text: 'STOP', calls: 'STOP' },
  isError: (error, status) => error instanceof ApiError && error.status === status,
  isStreamError: (error) => error instanceof ApiError,
};

const TOOLS = [
  {
    functionDeclarations: [
      { name: WEATHER.name, description: WEATHER.description, parametersJsonSchema: WEATHER.schema },
    ],
  },
];

class GoogleClient implements SdkClient {
  private readonly google: GoogleGenAI;

  constructor({ url, apiKey }: Address) {
    this.google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, fetch: fetchWithoutDispatcher } });
  }

  async ask(asked: Asked): Promise<Told> {
    return told([await this.google.models.generateContent(paramsOf(asked))], asked);
  }

  async stream(asked: Asked): Promise<StreamTold> {
    const chunks = await collect(await this.google.models.generateContentStream(paramsOf(asked)));
    return { ...told(chunks, asked), pieces: chunks.flatMap(({ text }) => text || []) };
  }

  async converse(model: string): Promise<Conversation> {
    const chat = this.google.chats.create({ model, config: { tools: TOOLS } });
    const first = await chat.sendMessage({ message: QUESTION });
    return answerCalls(chat, [first]);
  }

  async converseStreaming(model: string): Promise<Conversation> {
    const chat = this.google.chats.create({ model, config: { tools: TOOLS } });
    return answerCalls(chat, await collect(await chat.sendMessageStream({ message: QUESTION })));
  }

  async count(asked: Asked): Promise<number | undefined> {
    const { model, contents } = paramsOf(asked);
    return (await this.google.models.countTokens({ model, contents })).totalTokens;
  }

  async models(): Promise<readonly string[]> {
    const models = await collect(await this.google.models.list());
    return models.map(({ name = '' }) => name.replace(/^models\//, ''));
  }
}

/** The SDK's dispatcher looks for Node's own on the global object, where a test's own global object has none. */
const fetchWithoutDispatcher: typeof fetch = (input, init) => fetch(input, { ...init, dispatcher: undefined });

async function answerCalls(chat: Chat, first: readonly GenerateContentResponse[]): Promise<Conversation> {
  const calls = first.flatMap(({ functionCalls }) => functionCalls ?? []);
  const message: Part[] = calls.map(({ id, name, args }) => ({
    functionResponse: { id, name, response: { output: weatherOf(args) } },
  }));
  const second = await chat.sendMessage({ message });
  return {
    calls: calls.map(({ name, args }) => ({ name, input: args })),
    finish: finishOf(first),
    text: second.text ?? '',
  };
}

function paramsOf({ model, system, image, structured }: Asked): GenerateContentParameters {
  const picture = { inlineData: { mimeType: 'image/png', data: image ?? '' } };
  const parts = image === undefined ? [{ text: QUESTION }] : [{ text: QUESTION }, picture];
  return {
    model,
    contents: [{ role: 'user', parts }],
    config: {
      ...(system !== undefined && { systemInstruction: system }),
      ...(structured === true && { responseMimeType: 'application/json', responseJsonSchema: ANSWER_SCHEMA }),
    },
  };
}

function told(chunks: readonly GenerateContentResponse[], { structured }: Asked): Told {
  const text = chunks.map((chunk) => chunk.text ?? '').join('');
  const usage = chunks.at(-1)?.usageMetadata;
  const input = (usage?.promptTokenCount ?? 0) - (usage?.cachedContentTokenCount ?? 0);
  return {
    text,
    finish: finishOf(chunks),
    tokens: { input, output: usage?.candidatesTokenCount ?? 0 },
    ...(structured === true && { structured: JSON.parse(text) }),
  };
}

function finishOf(chunks: readonly GenerateContentResponse[]): string | undefined {
  return chunks.at(-1)?.candidates?.[0]?.finishReason;
}
