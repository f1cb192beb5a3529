import Anthropic from '@anthropic-ai/sdk';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import type { Message, MessageCreateParamsNonStreaming, MessageParam } from '@anthropic-ai/sdk/resources/messages';

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

const CLASSES = new Map<number, new (...given: never[]) => InstanceType<typeof Anthropic.APIError>>([
  [400, Anthropic.BadRequestError],
  [401, Anthropic.AuthenticationError],
  [404, Anthropic.NotFoundError],
  [429, Anthropic.RateLimitError],
]);

export const ANTHROPIC_SDK: Sdk = {
  name: '@anthropic-ai/sdk',
  countsTokens: true,
  connect: (address) => new AnthropicClient(address),
  finish: { text: 'end_turn', calls: 'tool_use' },
  isError: (error, status) =>
    error instanceof (CLASSES.get(status) ?? Anthropic.InternalServerError) && error.status === status,
  isStreamError: (error) => error instanceof Anthropic.APIError,
};

const MAX_TOKENS = 100;
const TOOLS = [{ name: WEATHER.name, description: WEATHER.description, input_schema: WEATHER.schema }];

class AnthropicClient implements SdkClient {
  private readonly anthropic: Anthropic;

  constructor({ url, apiKey }: Address) {
    this.anthropic = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
  }

  async ask(asked: Asked): Promise<Told> {
    return told(await this.anthropic.messages.parse(paramsOf(asked)));
  }

  async stream(asked: Asked): Promise<StreamTold> {
    const stream = this.anthropic.messages.stream(paramsOf(asked));
    const pieces: string[] = [];
    stream.on('text', (piece) => pieces.push(piece));
    return { ...told(await stream.finalMessage()), pieces };
  }

  async converse(model: string): Promise<Conversation> {
    const messages: MessageParam[] = [{ role: 'user', content: QUESTION }];
    const first = await this.anthropic.messages.create({ model, max_tokens: MAX_TOKENS, messages, tools: TOOLS });
    return this.answerCalls(first, { model, messages });
  }

  async converseStreaming(model: string): Promise<Conversation> {
    const messages: MessageParam[] = [{ role: 'user', content: QUESTION }];
    const stream = this.anthropic.messages.stream({ model, max_tokens: MAX_TOKENS, messages, tools: TOOLS });
    return this.answerCalls(await stream.finalMessage(), { model, messages });
  }

  async count(asked: Asked): Promise<number> {
    const { max_tokens: _ceiling, ...counted } = paramsOf(asked);
    return (await this.anthropic.messages.countTokens(counted)).input_tokens;
  }

  async models(): Promise<readonly string[]> {
    return (await collect(this.anthropic.models.list())).map(({ id }) => id);
  }

  private async answerCalls(
    first: Message,
    asked: { readonly model: string; readonly messages: readonly MessageParam[] },
  ): Promise<Conversation> {
    const calls = first.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
    const results = calls.map(({ id, input }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: weatherOf(input),
    }));
    const second = await this.anthropic.messages.create({
      model: asked.model,
      max_tokens: MAX_TOKENS,
      messages: [...asked.messages, { role: 'assistant', content: first.content }, { role: 'user', content: results }],
      tools: TOOLS,
    });
    return {
      calls: calls.map(({ name, input }) => ({ name, input })),
      finish: first.stop_reason,
      text: textOf(second),
    };
  }
}

function paramsOf({ model, system, image, structured }: Asked): MessageCreateParamsNonStreaming {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: image ?? '' };
  const picture = { type: 'image' as const, source };
  const content = image === undefined ? QUESTION : [picture, { type: 'text' as const, text: QUESTION }];
  return {
    model,
    max_tokens: MAX_TOKENS,
    messages: [{ role: 'user', content }],
    ...(system !== undefined && { system: [{ type: 'text', text: system }] }),
    ...(structured === true && { output_config: { format: jsonSchemaOutputFormat(ANSWER_SCHEMA) } }),
  };
}

function told(message: Message & { readonly parsed_output?: unknown }): Told {
  const { usage, stop_reason: finish, parsed_output: structured } = message;
  return {
    text: textOf(message),
    finish,
    tokens: { input: usage.input_tokens, output: usage.output_tokens },
    structured,
  };
}

function textOf({ content }: Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
