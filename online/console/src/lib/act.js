// Requests to spillgate-online. A refusal comes back in words; a route that this server does not have is `absent`.

let csrf = '';

export function useCsrf(value) {
  csrf = value ?? '';
}

async function answerOf(response) {
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // not ours, e.g. a proxy's page
  }
  if (response.ok) return { ok: true, status: response.status, body: body ?? text };
  const holder = body?.holder?.person ? `${body.holder.person} holds the controls` : null;
  const reason = body?.reason ?? holder ?? (text.length < 300 && !text.startsWith('<') ? text.trim() : '') ?? '';
  return { ok: false, status: response.status, absent: response.status === 404, reason: reason || `refused (${response.status})`, body };
}

async function request(path, options) {
  try {
    return await answerOf(await fetch(path, { credentials: 'same-origin', ...options }));
  } catch {
    return { ok: false, status: 0, absent: false, reason: 'spillgate-online cannot be reached', body: null };
  }
}

export function ask(path) {
  return request(path, {});
}

function send(path, type, body) {
  const headers = { 'Content-Type': type };
  if (csrf) headers['X-Spillgate-CSRF'] = csrf;
  return request(path, { method: 'POST', headers, body });
}

export function post(path, body = {}) {
  return send(path, 'application/json', JSON.stringify(body));
}

// A PNG for the logbook.
export function postPicture(blob) {
  return send('/api/pictures', 'image/png', blob);
}
