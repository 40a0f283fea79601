import type { Vendor } from '../src/models/vendor.ts'
import { vendorIds, vendorOf } from '../src/models/vendor-lookup.ts'

const protocols: Readonly<Record<Vendor['protocol'], string>> = {
  'openai-chat': 'OpenAI',
  'openai-responses': 'OpenAI Responses',
  'anthropic-messages': 'Anthropic',
  gemini: 'Gemini',
  'azure-chat': 'Azure OpenAI',
  'bedrock-converse': 'Bedrock Converse',
  vertex: 'Vertex AI',
  antigravity: 'Google Cloud Code Assist',
  codex: 'Codex',
  copilot: 'Copilot',
  'claude-cli': 'subprocess',
  'codex-cli': 'subprocess',
  speech: 'speech only',
  guide: 'built in',
}

/** The vendor table as markdown, in table order. */
export function vendorTable(): string {
  const rows = vendorIds.flatMap((id) => {
    const row = vendorOf(id)
    return row ? [cells(id, row)] : []
  })
  const head = ['Vendor', '`model` prefix', 'Default `api_base`', 'Protocol', 'Key']
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n') + '\n'
}

function cells(id: string, row: Vendor): readonly string[] {
  const names = [id, ...(row.aliases ?? [])].map((name) => `\`${name}/\``)
  return [row.label, names.join(', '), row.apiBase ? `\`${row.apiBase}\`` : '–', protocols[row.protocol], access(row)]
}

function access({ keyEnv, keyUrl, keyless, local, auth, signedIn }: Vendor): string {
  if (auth === 'oauth-only') return 'sign-in only'
  const [variable] = keyEnv ?? []
  if (variable === undefined)
    return local ? 'none: runs on this machine' : keyUrl ? `[cloud account](${keyUrl})` : 'none'
  const key = `\`${variable}\`${keyUrl ? ` ([get one](${keyUrl}))` : ''}`
  return `${key}${signedIn ? ' or sign-in' : ''}${keyless ? ' or the cloud account' : ''}`
}
