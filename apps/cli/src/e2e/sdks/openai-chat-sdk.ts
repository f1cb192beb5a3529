import OpenAI from 'openai';
import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';

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
import { isOpenaiError } from './openai-errors.js';

export const OPENAI_CHAT_SDK: Sdk = {
  name: 'openai (chat.completions)',
  countsTokens: false,
  connect: (address) => new ChatClient(address),
  finish: { text: 'stop', calls: 'tool_calls' },
  isError: isOpenaiError,
  isStreamError: (error) => error instanceof OpenAI.APIError,
};

const TOOLS = [
  {
    type: 'function' as const,
    function: { name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema },
  },
];

class ChatClient implements SdkClient {
  private readonly openai: OpenAI;

  constructor({ url, apiKey }: Address) {
    this.openai = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  }

  async ask(asked: Asked): Promise<Told> {
    return told(await this.openai.chat.completions.parse(paramsOf(asked)), asked);
  }

  async stream(asked: Asked): Promise<StreamTold> {
    const stream = this.openai.chat.completions.stream({
      ...paramsOf(asked),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    const pieces = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.content || []));
    return { ...told(await stream.finalChatCompletion(), asked), pieces };
  }

  async converse(model: string): Promise<Conversation> {
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: QUESTION }];
    const first = await this.openai.chat.completions.create({ model, messages, tools: TOOLS });
    return this.answerCalls(first, { model, messages });
  }

  async converseStreaming(model: string): Promise<Conversation> {
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: QUESTION }];
    const stream = this.openai.chat.completions.stream({ model, messages, tools: TOOLS });
    return this.answerCalls(await stream.finalChatCompletion(), { model, messages });
  }

  async models(): Promise<readonly string[]> {
    return (await collect(this.openai.models.list())).map(({ id }) => id);
  }

  private async answerCalls(
    { choices: [choice] }: ChatCompletion,
    asked: { readonly model: string; readonly messages: readonly ChatCompletionMessageParam[] },
  ): Promise<Conversation> {
    if (choice === undefined) throw new Error('no choice');
    const calls = (choice.message.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [call] : []));
    const results = calls.map(({ id, function: { arguments: input } }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: weatherOf(JSON.parse(input)),
    }));
    const messages = [...asked.messages, choice.message, ...results];
    const second = await this.openai.chat.completions.create({ model: asked.model, messages, tools: TOOLS });
    return {
      calls: calls.map(({ function: { name, arguments: input } }) => ({ name, input: JSON.parse(input) })),
      finish: choice.finish_reason,
      text: second.choices[0]?.message.content ?? '',
    };
  }
}

function paramsOf({ model, system, image, structured }: Asked): ChatCompletionCreateParamsNonStreaming {
  const picture = { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${image ?? ''}` } };
  const content = image === undefined ? QUESTION : [{ type: 'text' as const, text: QUESTION }, picture];
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user', content },
    ],
    ...(structured === true && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: ANSWER_SCHEMA, strict: true } },
    }),
  };
}

function told({ choices: [choice], usage }: ChatCompletion, { structured }: Asked): Told {
  const text = choice?.message.content ?? '';
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  return {
    text,
    finish: choice?.finish_reason,
    tokens: { input: (usage?.prompt_tokens ?? 0) - cached, output: usage?.completion_tokens ?? 0 },
    ...(structured === true && { structured: JSON.parse(text) }),
  };
}
