/** The text without the mentions it begins with. */
export const withoutLeadingMentions = (text: string): string => text.replace(/^\s*(?:@\S+\s*)+/, '').trim()
