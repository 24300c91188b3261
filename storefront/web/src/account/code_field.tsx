import { own } from '../language/own_texts.ts'
import { TextField } from '../ui/field.tsx'

/** For a code of an authenticator app, or a recovery code. */
export function CodeField({
  label,
  hint,
  error,
}: {
  label: string
  hint?: boolean
  error?: string | undefined
}) {
  return (
    <TextField
      label={label}
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      {...(hint ? { hint: own.signIn.codeHint } : { inputMode: 'numeric' as const })}
      required
      error={error}
    />
  )
}

/** Apps show their codes in groups. */
export const codeIn = (form: HTMLFormElement): string =>
  String(new FormData(form).get('code')).replaceAll(/\s/g, '')
