/** JSON to read and copy from: wrapped, scrolled by keys when it has the focus. */
export function JsonView({ label, text }: { label: string; text: string }) {
  return (
    <pre className="json" tabIndex={0} role="region" aria-label={label} dir="ltr">
      {text}
    </pre>
  )
}
