// Debian's Chromium, driven by playwright-core, which brings no browser of its own.
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** One browser for a test file. */
export const open = () => chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

/** The pages of the portal, with something on each. */
export const PAGES = [
  ['overview', '/u/L-637?period=2021-H1@administrative'],
  ['overview of the nation', '/u/VN?period=2024@civil'],
  ['overview in boundaries of today', '/u/L-637?period=2021-H1@administrative&boundaries=current'],
  ['map', '/u/L-34/map?period=2024@civil'],
  ['movements', '/u/L-637/movements?period=2021-H1@administrative'],
  ['indicators', '/u/L-637/i'],
  ['indicator', '/u/L-637/i/loan_households?period=2021-H1@administrative'],
  ['rate', '/u/L-637/i/poverty_rate?period=2021-H1@administrative'],
  ['compare', '/u/L-34/compare?period=2024@civil'],
  ['findings', '/u/L-34/findings'],
  ['closings', '/u/L-637/closings?period=2021-H1@administrative'],
  ['explain', '/u/L-637/explain?indicator=poverty_rate&period=2021-H1@administrative'],
  ['milestones', '/milestones'],
  ['published', '/published'],
  ['search', '/search?q=ia'],
  ['sign in', '/sign-in'],
  ['code', '/sign-in/code'],
  ['not found', '/u/X-1'],
];
