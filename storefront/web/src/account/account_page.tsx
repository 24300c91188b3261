import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { ShopProblem, shop } from '../api/shop.ts'
import { t } from '../language/texts.ts'
import { ROLE_TONES } from '../session/roles.ts'
import { useSession } from '../session/use_session.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { faultsByField, refusedPassword } from '../ui/field_faults.ts'
import { Time } from '../ui/format.tsx'
import { lengthFault } from '../ui/limits.ts'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'

export default function AccountPage() {
  const { user, isAdmin, signOut } = useSession()
  if (!user) return null
  const leave = () => {
    // The session ends here at once; the request to the shop may take longer.
    void signOut()
    toast({ title: t.account.signedOut, description: t.account.signedOutMore })
  }
  return (
    <div className="page grid max-w-3xl gap-8 pt-8 sm:pt-12">
      <PageTitle title={t.account.tab}>{t.account.title}</PageTitle>
      <section className="flex flex-wrap items-center justify-between gap-5 rounded-xl bg-surface p-5 shadow-rest sm:p-7">
        <div className="grid gap-1">
          <p className="flex flex-wrap items-center gap-3 text-lg font-semibold">
            <Typed>{user.username}</Typed>
            {isAdmin && <Badge tone={ROLE_TONES[user.role]}>{t.roles[user.role]}</Badge>}
          </p>
          <p className="text-soft">{t.account.since(<Time at={user.created_at} />)}</p>
        </div>
        <div className="flex flex-wrap gap-3">
          <ButtonLink to="/orders" icon="orders">
            {t.account.orders}
          </ButtonLink>
          <Button onClick={leave}>{t.account.signOut}</Button>
        </div>
      </section>
      <ChangePassword />
    </div>
  )
}

const LENGTHS = LIMITS['PUT /me/password']
type Faults = { current?: string | undefined; next?: string | undefined }

function ChangePassword() {
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<Faults>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      shop.auth.PUT('/me/password', { body }),
    onSuccess: () => {
      form.current?.reset()
      toast({ title: t.account.changed, description: t.account.changedMore })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const body = { current_password: String(fields.get('current')), new_password: String(fields.get('new')) }
    const found = {
      current: lengthFault(body.current_password, LENGTHS.current_password),
      next: lengthFault(body.new_password, LENGTHS.new_password),
    }
    const fits = !found.current && !found.next
    reset()
    setWrong(fits ? undefined : found)
    if (fits) mutate(body)
  }
  const faults = wrong ?? faultsOf(error)
  return (
    <section
      aria-labelledby="change-password"
      className="grid gap-5 rounded-xl bg-surface p-5 shadow-rest sm:p-7"
    >
      <h2 id="change-password" className="text-xl font-semibold">
        {t.account.changePassword}
      </h2>
      <form ref={form} noValidate onSubmit={submit} className="grid max-w-md gap-5">
        {error && !faults && <ProblemNotice error={error} title={t.failed.changePassword} />}
        <TextField
          label={t.account.current}
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={faults?.current}
        />
        <TextField
          label={t.account.new}
          name="new"
          type="password"
          autoComplete="new-password"
          required
          hint={t.fault.atLeast(LENGTHS.new_password.minLength)}
          error={faults?.next}
        />
        <Button type="submit" busy={isPending} className="justify-self-start">
          {t.account.changePassword}
        </Button>
      </form>
    </section>
  )
}

function faultsOf(error: unknown): Faults | undefined {
  if (!(error instanceof ShopProblem)) return undefined
  switch (String(error.code)) {
    case 'invalid_credentials':
    case 'wrong_password':
      return { current: t.account.notCurrent }
    case 'password_refused':
      return { next: refusedPassword(error) }
    case 'validation_failed': {
      const faults = faultsByField(error, t.fault.subjects)
      return faults && { current: faults.current_password, next: faults.new_password }
    }
    default:
      return undefined
  }
}
