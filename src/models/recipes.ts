import type { ModelRow } from './row.ts'

/** A row that is known to work, under a short name. */
export interface Recipe {
  readonly label: string
  readonly row: ModelRow
  /** What to know before the first call. */
  readonly note?: string
}

/** Rows to begin with, by name. Keys are references: nothing secret is written. */
export const recipes = {
  openrouter: {
    label: 'OpenRouter, one key for many models',
    row: { model_name: 'openrouter', model: 'openrouter/openrouter/auto', api_key: '${OPENROUTER_API_KEY}' },
  },
  glm: {
    label: 'GLM on the Z.AI coding plan',
    row: {
      model_name: 'glm',
      model: 'openai/glm-4.7',
      api_base: 'https://api.z.ai/api/coding/paas/v4',
      api_key: '${ZAI_API_KEY}',
    },
    note: 'The coding plan and the pay-as-you-go balance are separate; 429 with code 1113 means that the other one is empty.',
  },
  ollama: {
    label: 'Ollama on this machine',
    row: { model_name: 'ollama', model: 'ollama/llama3' },
    note: 'The model must be there: ollama pull llama3.',
  },
  lmstudio: {
    label: 'LM Studio on this machine',
    row: { model_name: 'lmstudio', model: 'lmstudio/openai/gpt-oss-20b' },
    note: 'Start the server in LM Studio and load the model there.',
  },
  azure: {
    label: 'Azure OpenAI over its /openai/v1 path',
    row: {
      model_name: 'azure',
      model: 'openai/my-deployment',
      api_base: 'https://my-resource.openai.azure.com/openai/v1',
      api_key: '${AZURE_OPENAI_API_KEY}',
    },
    note: 'Put the name of your resource into api_base, and the name of your deployment into model.',
  },
} as const satisfies Record<string, Recipe>
