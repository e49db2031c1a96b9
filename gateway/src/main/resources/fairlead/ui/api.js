const TOKEN = 'fairlead.admin-token';
const KEY = 'fairlead.api-key';

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const secrets = {
  get token() { return sessionStorage.getItem(TOKEN) ?? ''; },
  get key() { return sessionStorage.getItem(KEY) ?? ''; },
  keep(token, key) {
    token ? sessionStorage.setItem(TOKEN, token) : sessionStorage.removeItem(TOKEN);
    key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY);
  },
};

const bearer = (secret) => (secret ? { authorization: `Bearer ${secret}` } : {});

async function checked(response) {
  if (response.ok) return response;
  let message = `${response.status} ${response.statusText}`;
  try {
    message = (await response.json()).error?.message ?? message;
  } catch {
    // No JSON: the status has to do.
  }
  throw new ApiError(response.status, message);
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', credentials: 'omit', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The gateway does not answer.');
  }
  return checked(response);
}

/** What the console shows, under /ui/api/. */
export async function read(path) {
  return (await send(`/ui/api/${path}`, { headers: bearer(secrets.token) })).json();
}

/** Changes something; needs the admin token where one is set. */
export async function change(path, body) {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(secrets.token) },
    body: JSON.stringify(body ?? {}),
  });
  return response.json();
}

/** A request as an application would send it: with `no-store` the browser would tell the gateway's cache to stay out. */
export function ask(path, body, signal) {
  return send(path, {
    method: 'POST',
    cache: 'default',
    headers: { 'content-type': 'application/json', ...bearer(secrets.key) },
    body: JSON.stringify(body),
    signal,
  });
}

/** The data of every event of a stream. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) yield line.slice(5).trim();
    }
  }
}
