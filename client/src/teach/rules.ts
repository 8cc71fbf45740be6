/** What the rules of a session may be chosen from. */

interface Option {
  value: string
  label: string
}

export const closings: Option[] = [
  { value: '0', label: 'When it ends' },
  { value: '15', label: '15 minutes before' },
  { value: '60', label: '1 hour before' },
  { value: '180', label: '3 hours before' },
  { value: '720', label: '12 hours before' },
  { value: '1440', label: '1 day before' },
  { value: '2880', label: '2 days before' },
  { value: '10080', label: '1 week before' },
]

export const hoursBefore: Option[] = [
  { value: '0', label: 'The start' },
  { value: '1', label: '1 hour before' },
  { value: '2', label: '2 hours before' },
  { value: '6', label: '6 hours before' },
  { value: '12', label: '12 hours before' },
  { value: '24', label: '1 day before' },
  { value: '48', label: '2 days before' },
  { value: '72', label: '3 days before' },
  { value: '168', label: '1 week before' },
]

/** With what a session has already, should it not be among them. */
export const withCurrent = (options: Option[], value: string, unit: string): Option[] =>
  options.some((option) => option.value === value)
    ? options
    : [...options, { value, label: `${value} ${unit}` }]
