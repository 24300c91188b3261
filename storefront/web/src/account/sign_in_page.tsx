/**
 * Signing in, by a password and perhaps a second factor, or by a passkey; and creating an account. Then the visitor returns to the
 * page they wanted.
 */

import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Link, Navigate, useSearchParams } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { ShopProblem } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { faultsByField, refusedPassword } from '../ui/field_faults.ts'
import { lengthFault } from '../ui/limits.ts'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { CodeForm } from './code_form.tsx'
import { Narrow, SHEET } from './parts.tsx'
import { PasskeyButton } from './passkey_button.tsx'
import { hasPasskeys } from './passkey_calls.ts'

export default function SignInPage() {
  const [params] = useSearchParams()
  const { user, signIn, register } = useSession()
  const registering = params.get('mode') === 'register'
  const limits = registering ? LIMITS['POST /register'] : LIMITS['POST /login']
  const next = safePath(params.get('next'))
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: ({ username, password }: { username: string; password: string }) =>
      registering ? register(username, password) : signIn(username, password),
  })
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<FieldFaults>({})
  useEffect(() => {
    if (error || Object.keys(wrong).length > 0) {
      form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    }
  }, [error, wrong])
  if (user) return <Navigate to={user.needs_second_factor ? PAGE.account : next} replace />
  const challenge = challengeOf(error)
  if (challenge !== undefined) return <CodeForm challenge={challenge} leave={reset} />

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const username = String(fields.get('username')).trim()
    const password = String(fields.get('password'))
    const found = {
      username: lengthFault(username, limits.username),
      password: lengthFault(password, limits.password),
    }
    reset()
    setWrong(found.username || found.password ? found : {})
    if (!found.username && !found.password) mutate({ username, password })
  }
  const faults: Faults = { ...faultsOf(error), ...wrong }
  const startAnew = () => {
    reset()
    setWrong({})
  }
  const other = `?${new URLSearchParams({ ...(registering ? {} : { mode: 'register' }), next })}`
  return (
    <Narrow>
      <PageTitle key={String(registering)} title={registering ? t.signIn.register : t.signIn.title}>
        {registering ? t.signIn.register : t.signIn.welcome}
      </PageTitle>
      <form ref={form} noValidate onSubmit={submit} className={SHEET}>
        {error && !faults.known && (
          <ProblemNotice error={error} title={registering ? t.failed.register : t.failed.signIn} />
        )}
        {faults.both && <Notice live tone="bad" title={faults.both} />}
        <TextField
          label={t.signIn.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={faults.username}
          hint={
            registering
              ? t.signIn.usernameHint(limits.username.minLength, limits.username.maxLength)
              : undefined
          }
        />
        <TextField
          label={t.signIn.password}
          name="password"
          type="password"
          autoComplete={registering ? 'new-password' : 'current-password'}
          required
          error={faults.password}
          hint={registering ? t.signIn.passwordHint(limits.password.minLength) : undefined}
        />
        <Button type="submit" tone="primary" busy={isPending}>
          {registering ? t.signIn.registerButton : t.signIn.title}
        </Button>
        {!registering && (
          <Link to={PAGE.forgotPassword} className="justify-self-center font-semibold text-accent underline">
            {own.signIn.forgot}
          </Link>
        )}
      </form>
      {!registering && hasPasskeys() && <PasskeyButton />}
      <p className="text-center text-soft">
        {registering ? t.signIn.haveAccount : t.signIn.newHere}{' '}
        <Link to={other} replace onClick={startAnew} className="font-semibold text-accent underline">
          {registering ? t.signIn.title : t.signIn.register}
        </Link>
      </p>
      {!registering && (
        <p className="text-center text-soft">
          {own.signIn.noAccount}{' '}
          <Link to={PAGE.findOrder} className="font-semibold text-accent underline">
            {own.signIn.findOrder}
          </Link>
        </p>
      )}
    </Narrow>
  )
}

const challengeOf = (error: unknown): string | undefined =>
  error instanceof ShopProblem && error.code === 'second_factor_required'
    ? String(error.document?.challenge)
    : undefined

type FieldFaults = { username?: string | undefined; password?: string | undefined }
type Faults = FieldFaults & { known: boolean; both?: string }

function faultsOf(error: unknown): Faults {
  if (!(error instanceof ShopProblem)) return { known: false }
  switch (String(error.code)) {
    case 'invalid_credentials':
      return { known: true, both: t.signIn.wrong }
    case 'too_many_attempts': {
      const seconds = Math.ceil((error.retryAfterMs ?? 60_000) / 1000)
      return { known: true, both: t.signIn.tooMany(seconds) }
    }
    case 'username_taken':
      return { known: true, username: t.signIn.taken }
    case 'password_refused':
      return { known: true, password: refusedPassword(error) }
    case 'validation_failed': {
      const faults = faultsByField(error, t.fault.subjects)
      return { known: faults !== undefined, ...faults }
    }
    default:
      return { known: false }
  }
}

/** Only paths inside this shop, parsed as the browser does: it drops tabs and turns backslashes into slashes. */
function safePath(next: string | null): string {
  try {
    const { origin, pathname, search } = new URL(next ?? '/', location.origin)
    return origin === location.origin && !pathname.startsWith('//') ? pathname + search : '/'
  } catch {
    return '/'
  }
}
