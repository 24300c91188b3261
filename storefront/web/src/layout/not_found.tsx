import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'

export function NotFound() {
  return (
    <EmptyState
      page
      title="There is nothing at this address"
      icon="search"
      action={
        <ButtonLink to="/" tone="primary">
          To the shop
        </ButtonLink>
      }
    >
      It may have been moved, or never was.
    </EmptyState>
  )
}
