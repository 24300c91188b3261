import { toast } from './toast.ts'

/** Where the browser does not allow it, the visitor can select the text. */
export async function copyText(
  text: string,
  words: { readonly copied: string; readonly notCopied: string },
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast({ title: words.copied })
  } catch {
    toast({ tone: 'bad', title: words.notCopied })
  }
}
