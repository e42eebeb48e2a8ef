# $1: the folder for the manifest, $2: the run.
umask 077
manifest=$(etcd_manifest "$1")
data=$(flag_of "$manifest" data-dir)
halt_etcd "$1"
set_aside "$data" "$data.replaced-$2"
echo "name=$(flag_of "$manifest" name)"
echo "peer=$(flag_of "$manifest" initial-advertise-peer-urls)"
