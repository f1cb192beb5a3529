import { z } from 'zod';

/** A configuration: YAML as the body itself (`application/yaml`), or inside JSON. */
export const configurationSchema = z.union(
  [
    z.string().transform((text) => ({ text, filename: 'the request' })),
    z.object({ text: z.string(), filename: z.string().max(1000).default('the request') }),
  ],
  'send the configuration as application/yaml, or as JSON {"text": "..."}',
);

/** What YAML is sent as. */
export const YAML_CONTENT_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];
