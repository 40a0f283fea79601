import type { Vendor } from '../vendor.ts'
import { byCode } from './common.ts'

/** Cloud accounts and sign-ins: vendors that are more than a key and a base. */
export const clouds = {
  azure: {
    protocol: 'azure-chat',
    label: 'Azure OpenAI',
    aliases: ['azure-openai'],
    hosts: ['openai.azure.com', 'cognitiveservices.azure.com', 'services.ai.azure.com'],
    keyEnv: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
    keyUrl: 'https://portal.azure.com',
    quirks: { tokenField: 'max_completion_tokens', cacheKey: true },
    errors: [
      {
        code: 'DeploymentNotFound',
        kind: 'not-found',
        mend: 'What follows azure/ must be the name of the deployment, not of the model.',
      },
      ...byCode({ refused: ['content_filter'], overloaded: ['NoCapacity'] }),
    ],
  },
  bedrock: {
    protocol: 'bedrock-converse',
    label: 'Amazon Bedrock',
    aliases: ['aws-bedrock', 'amazon-bedrock'],
    keyless: true,
    hosts: ['amazonaws.com'],
    keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
    keyUrl: 'https://console.aws.amazon.com/bedrock',
  },
  vertex: {
    protocol: 'vertex',
    label: 'Google Vertex AI',
    aliases: ['vertex-ai', 'google-vertex'],
    keyless: true,
    hosts: ['aiplatform.googleapis.com'],
    keyUrl: 'https://console.cloud.google.com/vertex-ai',
  },
  antigravity: {
    protocol: 'antigravity',
    label: 'Google Antigravity',
    aliases: ['google-antigravity'],
    apiBase: 'https://cloudcode-pa.googleapis.com',
    auth: 'oauth-only',
    suggested: 'gemini-3-flash',
  },
  'github-copilot': {
    protocol: 'copilot',
    label: 'GitHub Copilot',
    aliases: ['copilot', 'github_copilot'],
    apiBase: 'localhost:4321',
    keyless: true,
    local: true,
    suggested: 'gpt-4.1',
  },
} as const satisfies Record<string, Vendor>
