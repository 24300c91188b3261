import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { ShopProblem, shop } from '../api/shop.ts'
import { ROLES } from '../session/roles.ts'
import { useSession } from '../session/use_session.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { faultsByField } from '../ui/field_faults.ts'
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
    toast({ title: 'You are signed out', description: 'Your cart stays in this browser.' })
  }
  return (
    <div className="page grid max-w-3xl gap-8 pt-8 sm:pt-12">
      <PageTitle title="Account">Your account</PageTitle>
      <section className="flex flex-wrap items-center justify-between gap-5 rounded-xl bg-surface p-5 shadow-rest sm:p-7">
        <div className="grid gap-1">
          <p className="flex flex-wrap items-center gap-3 text-lg font-semibold">
            <Typed>{user.username}</Typed>
            {isAdmin && <Badge tone={ROLES[user.role].tone}>{ROLES[user.role].label}</Badge>}
          </p>
          <p className="text-soft">
            With us since <Time at={user.created_at} />
          </p>
        </div>
        <div className="flex flex-wrap gap-3">
          <ButtonLink to="/orders" icon="orders">
            Orders
          </ButtonLink>
          <Button onClick={leave}>Sign out</Button>
        </div>
      </section>
      <ChangePassword />
    </div>
  )
}

const LENGTHS = LIMITS['PUT /me/password']
const LABELS = { current_password: 'The current password', new_password: 'The new password' }
type Faults = { current?: string | undefined; next?: string | undefined }

function ChangePassword() {
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<Faults>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      shop.auth.PUT('/me/password', { body }),
    onSuccess: () => {
      form.current?.reset()
      toast({ title: 'Your password is changed', description: 'Other devices have to sign in again.' })
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
        Change password
      </h2>
      <form ref={form} noValidate onSubmit={submit} className="grid max-w-md gap-5">
        {error && !faults && <ProblemNotice error={error} doing="change your password" />}
        <TextField
          label="Current password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={faults?.current}
        />
        <TextField
          label="New password"
          name="new"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${LENGTHS.new_password.minLength} characters.`}
          error={faults?.next}
        />
        <Button type="submit" busy={isPending} className="justify-self-start">
          Change password
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
      return { current: 'This is not your current password.' }
    case 'password_refused':
      return { next: error.message }
    case 'validation_failed': {
      const faults = faultsByField(error, LABELS)
      return faults && { current: faults.current_password, next: faults.new_password }
    }
    default:
      return undefined
  }
}
