/** What was found on this machine. */
export interface Found {
  readonly keys: readonly { readonly label: string; readonly env: string }[]
  readonly servers: readonly { readonly label: string; readonly url: string; readonly models: readonly string[] }[]
  readonly configPath: string
}

/** More models of one server than this are only counted. */
const mostNamed = 5

/** Which keys and local servers there are. */
export function findings({ keys, servers }: Found): string {
  if (keys.length + servers.length === 0)
    return 'I looked for keys in the environment and for a local model server (Ollama, LM Studio, vLLM, llama.cpp) and found neither.'
  const lines = [
    ...keys.map(({ label, env }) => `- ${label}: the key in ${env}`),
    ...servers.map(({ label, url, models }) => `- ${label} at ${url}${withModels(models)}`),
  ]
  return `I found:\n${lines.join('\n')}`
}

function withModels(models: readonly string[]): string {
  if (models.length === 0) return ', without a model'
  const more = models.length - mostNamed
  return ` with ${models.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** How to talk to a real model: at once where there is one, else the one thing to do. */
export function nextStep({ keys, servers, configPath }: Found): string {
  if (keys.length > 0 || servers.some(({ models }) => models.length > 0))
    return 'You can talk to a real model now: picoclaw models list shows the names, picoclaw agent --model NAME asks one.'
  const [server] = servers
  if (server)
    return `Load a model in ${server.label} and ask again${server.label === 'Ollama' ? ': ollama pull llama3.2' : ''}.`
  return `To talk to a real model, give picoclaw a key and ask again, for example:

    export OPENROUTER_API_KEY=your-key

or start Ollama with a model, or keep a model in ${configPath}:

    picoclaw models add main openrouter/auto --key '\${OPENROUTER_API_KEY}'`
}
