import OpenAI from 'openai';
import type {
  Response,
  ResponseCreateParamsNonStreaming,
  ResponseInputItem,
  ResponseUsage,
} from 'openai/resources/responses/responses';

import { isOpenaiError } from './openai-errors.js';
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

export const OPENAI_RESPONSES_SDK: Sdk = {
  name: 'openai (responses)',
  countsTokens: false,
  connect: (address) => new ResponsesClient(address),
  finish: { text: 'completed', calls: 'completed' },
  isError: isOpenaiError,
  isStreamError: (error) => error instanceof OpenAI.OpenAIError,
};

const TOOLS = [
  {
    type: 'function' as const,
    name: WEATHER.name,
    description: WEATHER.description,
    parameters: WEATHER.schema,
    strict: true,
  },
];

class ResponsesClient implements SdkClient {
  private readonly openai: OpenAI;

  constructor({ url, apiKey }: Address) {
    this.openai = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  }

  async ask(asked: Asked): Promise<Told> {
    return told(await this.openai.responses.parse(paramsOf(asked)), asked);
  }

  async stream(asked: Asked): Promise<StreamTold> {
    const stream = this.openai.responses.stream({ ...paramsOf(asked), stream: true });
    const events = await collect(stream);
    const pieces = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []));
    const failed = events.find((event) => event.type === 'response.failed');
    if (failed !== undefined) throw new OpenAI.OpenAIError(failed.response.error?.message);
    return { ...told(await stream.finalResponse(), asked), pieces };
  }

  async converse(model: string): Promise<Conversation> {
    const input: ResponseInputItem[] = [{ role: 'user', content: QUESTION }];
    return this.answerCalls(await this.openai.responses.create({ model, input, tools: TOOLS }), { model, input });
  }

  async converseStreaming(model: string): Promise<Conversation> {
    const input: ResponseInputItem[] = [{ role: 'user', content: QUESTION }];
    const stream = this.openai.responses.stream({ model, input, tools: TOOLS });
    return this.answerCalls(await stream.finalResponse(), { model, input });
  }

  async models(): Promise<readonly string[]> {
    return (await collect(this.openai.models.list())).map(({ id }) => id);
  }

  private async answerCalls(
    first: Response,
    { model, input }: { readonly model: string; readonly input: readonly ResponseInputItem[] },
  ): Promise<Conversation> {
    const calls = first.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    const results = calls.map((call) => ({
      type: 'function_call_output' as const,
      call_id: call.call_id,
      output: weatherOf(JSON.parse(call.arguments)),
    }));
    const second = await this.openai.responses.create({
      model,
      input: [...input, ...said(first), ...results],
      tools: TOOLS,
    });
    return {
      calls: calls.map(({ name, arguments: given }) => ({ name, input: JSON.parse(given) })),
      finish: first.status,
      text: second.output_text,
    };
  }
}

/** The answer as input again, without what the SDK parsed and the API would refuse. */
function said({ output }: Response): ResponseInputItem[] {
  return output.flatMap((item): ResponseInputItem[] => {
    switch (item.type) {
      case 'message':
        return item.content.map((part) => ({
          role: 'assistant',
          content: part.type === 'output_text' ? part.text : part.refusal,
        }));
      case 'function_call':
        return [{ type: item.type, id: item.id, call_id: item.call_id, name: item.name, arguments: item.arguments }];
      default:
        return [];
    }
  });
}

function paramsOf({ model, system, image, structured }: Asked): ResponseCreateParamsNonStreaming {
  const picture = {
    type: 'input_image' as const,
    image_url: `data:image/png;base64,${image ?? ''}`,
    detail: 'auto' as const,
  };
  const content = [{ type: 'input_text' as const, text: QUESTION }, picture];
  return {
    model,
    input: image === undefined ? QUESTION : [{ role: 'user', content }],
    ...(system !== undefined && { instructions: system }),
    ...(structured === true && {
      text: { format: { type: 'json_schema', name: 'answer', schema: ANSWER_SCHEMA, strict: true } },
    }),
  };
}

function told(response: Response, { structured }: Asked): Told {
  const text = response.output_text;
  return {
    text,
    finish: response.status,
    tokens: tokensOf(response.usage),
    ...(structured === true && { structured: JSON.parse(text) }),
  };
}

function tokensOf(usage: ResponseUsage | undefined): Told['tokens'] {
  const cached = usage?.input_tokens_details.cached_tokens ?? 0;
  return { input: (usage?.input_tokens ?? 0) - cached, output: usage?.output_tokens ?? 0 };
}
