/** The words of a message: what was typed, or the name of the file. Content that is no JSON is taken as it is. */
export function feishuText(type: string, content: string): string {
  if (content === '') return ''
  try {
    const fields = JSON.parse(content) as Readonly<Record<string, unknown>>
    const words = fields[type === 'text' ? 'text' : 'file_name']
    if (typeof words === 'string') return words
    // Rich content is read as it was written.
    return type === 'post' || type === 'interactive' ? content : ''
  } catch {
    return content
  }
}
