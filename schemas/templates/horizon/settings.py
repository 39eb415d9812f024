ALLOWED_HOSTS = ["*"]  # reached through the TLS terminator only
WEBROOT = "/"
LOGIN_URL = "/auth/login/"
LOGOUT_URL = "/auth/logout/"
LOGIN_REDIRECT_URL = "/"
STATIC_URL = "/static/"
SECRET_KEY = "{{ secret "horizon/session" }}"
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_TIMEOUT = {{ components.horizon.session_timeout }}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_SECURE = True
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "127.0.0.1:11211",
    },
}
OPENSTACK_HOST = "{{ api.host }}"
OPENSTACK_KEYSTONE_URL = "{{ urls.identity }}"
OPENSTACK_API_VERSIONS = {"identity": 3, "image": 2, "volume": 3}
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = "Default"
OPENSTACK_KEYSTONE_DEFAULT_ROLE = "member"
OPENSTACK_SSL_CACERT = "{{ api.ca_file }}"
OPENSTACK_NEUTRON_NETWORK = {"enable_router": True, "enable_quotas": True, "enable_distributed_router": False}
